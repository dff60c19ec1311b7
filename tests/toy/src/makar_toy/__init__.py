"""A domain for makar in a package of its own, as small as can be: copy it to begin yours."""
