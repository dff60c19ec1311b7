"""Little pictures of three blobs of light, made by continuous decisions."""
