"""How styles, scripts and pictures get their names: with a hash of what is in them, so that browsers may keep them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also an `import … from` in our own ES modules names the hashed file."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        # Django knows how to rewrite imports, but would do it in every package's scripts, even inside their comments
        ("postline/js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
