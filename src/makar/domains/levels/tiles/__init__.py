"""Platform levels as tokens, column by column: codec, network, rules, near copies, files."""
