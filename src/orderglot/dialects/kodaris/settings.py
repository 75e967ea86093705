"""A seller's setting on Kodaris: which requests have to show their token."""

from __future__ import annotations

from orderglot.dialects.kodaris.tables import CSRF_ON_READS
from orderglot.wire.settings import Settings, setting

SETTINGS = Settings(seller={CSRF_ON_READS: setting(CSRF_ON_READS, bool, "true or false")})
