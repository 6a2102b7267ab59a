"""Rows of the table of typical profiles, made by hand: all months, hours and days alike."""

QUARTERS, HOURS, MONTHS = 4, 24, 12


def rows_of(*, weekday="1000", weekend="1000", low="500", high="2000", zone="XA"):
    """Twelve months alike: each figure, in per mille, holds for all of its hours."""
    return [
        {
            "zone": zone,
            "month": f"{month:02}",
            "weekday_per_mille": " ".join([weekday] * HOURS),
            "weekend_per_mille": " ".join([weekend] * HOURS),
            "low_per_mille": " ".join([low] * QUARTERS),
            "high_per_mille": " ".join([high] * QUARTERS),
            "basis": "lifecycle",
            "series": "carboncast 2020|carboncast 2021",
            "source": "carboncast",
            "year": "2021",
        }
        for month in range(1, MONTHS + 1)
    ]
