"""Where shapes lie: lengths, transforms, path data and basic shapes."""
