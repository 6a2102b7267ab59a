"""Texts that let somebody in: taken apart, and no hash of one fits another."""

import pytest

from hub.made import KEY
from wattprint.hub.auth.secret_texts import SecretHashes, new_text, read_text


def test_a_text_is_read_as_it_was_made():
    text = new_text("acme")
    assert read_text(str(text)) == text
    assert (text.org_id, len(text.row_id), len(text.secret)) == ("acme", 16, 43)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("acme", "Acme"),
        lambda text: text[:-1],
        lambda text: f"{text}\n",
        lambda text: text.replace(".", ""),
        lambda text: "",
    ],
)
def test_what_is_no_text_is_none(change):
    assert read_text(change(str(new_text("acme")))) is None


def test_a_hash_is_of_one_secret_row_tenant_kind_and_key():
    text, hashes = new_text("acme"), SecretHashes("session ", KEY)
    kept = hashes.of(text)
    assert hashes.is_of(text, kept)
    others = (
        text._replace(org_id="other"),
        text._replace(row_id="0" * 16),
        text._replace(secret="x" * 43),
    )
    assert not any(hashes.is_of(other, kept) for other in others)
    assert not SecretHashes("invitation ", KEY).is_of(text, kept)
    assert not SecretHashes("session ", KEY[::-1]).is_of(text, kept)
    assert not hashes.is_of(text, None)
