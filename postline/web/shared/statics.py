"""How styles, scripts and pictures get their names: with a hash of what is in them, so that browsers may keep them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also the `import … from` of ES modules names the hashed file."""

    support_js_module_import_aggregation = True
