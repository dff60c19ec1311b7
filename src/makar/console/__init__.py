"""What commands and Python programs share of the console: runs found, work told as it goes."""
