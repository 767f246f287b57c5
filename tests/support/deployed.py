"""Ask Django whether a studio with a public name would stand: ``make check`` runs this."""

import os
import sys
import tempfile

from tests.support.studio import clean_environ


def main() -> int:
    """Check the migrations, and the settings as they are behind a TLS proxy."""
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    call_command("check", deploy=True, fail_level="WARNING")
    return 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="modelless-deployed-") as _folder:
        _settings = {
            "DJANGO_SETTINGS_MODULE": "modelless_web.config.settings",
            "MODELLESS_ALLOWED_HOSTS": "studio.example",
            "MODELLESS_SECRET_KEY": "k3Yn0tUs3d-" * 6,
            "MODELLESS_DATA_DIR": _folder,
        }
        _kept = clean_environ()
        os.environ.clear()
        os.environ.update(_kept | _settings)

        import django

        django.setup()
        sys.exit(main())
