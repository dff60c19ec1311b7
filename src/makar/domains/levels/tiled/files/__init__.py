"""Tiled's files: told apart by content, found where they may lie, brought to today's form."""
