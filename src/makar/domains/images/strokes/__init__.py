"""What a drawing is: strokes on a sheet."""
