"""Prints passwords and what Django makes of them, as lines of JSON, for `django_hashes.jsonl`.

    python3.9+ with django==3.2.*, argon2-cffi, bcrypt<4:  python django_hashes.py >  django_hashes.jsonl
    python3.10+ with django==5.2.*, argon2-cffi, bcrypt:    python django_hashes.py >> django_hashes.jsonl
"""

import json

import argon2
import bcrypt
import django
from django.conf import settings

NAMES = ["PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt"]
if django.VERSION >= (4,):
    NAMES.append("Scrypt")
settings.configure(
    PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}PasswordHasher" for name in NAMES]
)
django.setup()
from django.contrib.auth import hashers

LONG = "correct horse battery staple " * 5


def show(password, encoded, default=False):
    assert hashers.check_password(password, encoded), encoded
    line = {
        "django": django.get_version(),
        "password": password,
        "encoded": encoded,
        "default_parameters": default,
    }
    print(json.dumps(line, ensure_ascii=False))


# Cheap ones of every kind.
for password in ["lètmein", "s3cret päss 😀", LONG, ""]:
    pbkdf2 = hashers.PBKDF2PasswordHasher()
    show(password, pbkdf2.encode(password, pbkdf2.salt(), 1000))
    pbkdf2_sha1 = hashers.PBKDF2SHA1PasswordHasher()
    show(password, pbkdf2_sha1.encode(password, pbkdf2_sha1.salt(), 1000))
    of_argon2 = hashers.Argon2PasswordHasher()
    of_argon2.memory_cost = 64
    show(password, of_argon2.encode(password, of_argon2.salt()))
    bcrypt_sha256 = hashers.BCryptSHA256PasswordHasher()
    bcrypt_sha256.rounds = 4
    show(password, bcrypt_sha256.encode(password, bcrypt_sha256.salt()))
    if len(password.encode()) <= 72:
        of_bcrypt = hashers.BCryptPasswordHasher()
        of_bcrypt.rounds = 4
        show(password, of_bcrypt.encode(password, of_bcrypt.salt()))
    if django.VERSION >= (4,):
        of_scrypt = hashers.ScryptPasswordHasher()
        show(password, of_scrypt.encode(password, of_scrypt.salt(), 16, 8, 5))

# One of each kind as Django makes it without being told otherwise.
for hasher in hashers.get_hashers():
    show("lètmein", hashers.make_password("lètmein", hasher=hasher), default=True)

# Argon2's other varieties and versions, with the shorter hash of old.
secret, salt = "lètmein".encode(), b"somesaltsomesalt"
for variety in (argon2.Type.I, argon2.Type.D):
    hashed = argon2.low_level.hash_secret(secret, salt, 2, 64, 3, 16, variety)
    show("lètmein", "argon2" + hashed.decode())
hashed = argon2.low_level.hash_secret(secret, salt, 2, 64, 3, 32, argon2.Type.I, version=16)
show("lètmein", "argon2" + hashed.decode())
show("lètmein", "argon2" + hashed.decode().replace("$v=16", ""))

# A salt that somebody chose.
show("lètmein", hashers.PBKDF2PasswordHasher().encode("lètmein", "sält", 1000))

# bcrypt's other versions, and a password that it cuts off.
for version in (b"2a", b"2y"):
    hashed = bcrypt.hashpw(secret, bcrypt.gensalt(4).replace(b"2b", version))
    show("lètmein", "bcrypt$" + hashed.decode())
if django.VERSION < (4,):
    hashed = bcrypt.hashpw(LONG.encode(), bcrypt.gensalt(4))
    show(LONG, "bcrypt$" + hashed.decode())
