"""The ``chorale`` recipe: four voices after Bach, and voices under a composer's tune."""
