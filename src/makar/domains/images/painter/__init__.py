"""The recipe ``painter``: strokes laid one by one by a hand that learns, where an eye looks."""
