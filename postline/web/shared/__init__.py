"""What all pages share: the environment of templates, components, styles, scripts."""
