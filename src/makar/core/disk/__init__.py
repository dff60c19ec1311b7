"""What lies on a disk, whoever put it there: opened, read and walked without being taken in."""
