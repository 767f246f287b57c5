"""The studio's settings for tests: a folder of their own, and nothing of the shell's.

The programs that ``tests.support.scaled`` starts are named in TESTS_DATABASE_URL and
TESTS_REDIS_URL, so that a database which is set for other work is never touched.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

DATA = Path(tempfile.mkdtemp(prefix="modelless-tests-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("MODELLESS_")]:
    del os.environ[_name]
os.environ["MODELLESS_DATA_DIR"] = str(DATA)
os.environ["DATABASE_URL"] = os.environ.get("TESTS_DATABASE_URL", "")
os.environ["REDIS_URL"] = os.environ.get("TESTS_REDIS_URL", "")

from modelless_web.config.settings import *  # noqa: E402, F403 - the real ones, read just now
from modelless_web.config.settings import DATABASES, STORAGES  # noqa: E402

# A file, as in real life: threads share no connection, and none locks the others' tables.
DATABASES["default"]["TEST"] = {"NAME": "test_studio"}
if not os.environ["DATABASE_URL"]:
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}
# Pages render without a collected, hashed copy of every file.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
