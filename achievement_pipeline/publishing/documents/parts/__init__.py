"""What documents are made of: facts in words, themes, skill levels, Markdown."""
