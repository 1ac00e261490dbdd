"""The pages of filters and hints: the list, the editor, the trial on the past, versions, files."""
