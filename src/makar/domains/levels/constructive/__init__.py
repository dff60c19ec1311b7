"""Platform levels built by rule: the corpus that needs no files."""
