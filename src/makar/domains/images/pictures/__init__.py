"""What a picture is, its files, and where pictures come from."""
