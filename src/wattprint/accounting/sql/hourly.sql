-- Every job at the mean intensity of its own time: two look-ups in the running sum of hours.
-- What the series does not know is charged at the year's mean.
timed AS (
  SELECT
    e.*,
    end_s - start_s AS wall_s,
    CASE WHEN a.hour_key = b.hour_key THEN a.rate * (end_s - start_s)
      ELSE (b.so_far + b.rate * (end_s % 3600)) - (a.so_far + a.rate * (start_s % 3600))
      END AS known_area,
    CASE WHEN a.hour_key = b.hour_key THEN a.known * (end_s - start_s)
      ELSE (b.known_so_far + b.known * (end_s % 3600))
        - (a.known_so_far + a.known * (start_s % 3600))
      END AS known_s
  FROM energy e
  JOIN hours a ON a.hour_key = e.series_key
    + (COALESCE(e.start_s, 0) - COALESCE(e.start_s, 0) % 3600)
  JOIN hours b ON b.hour_key = e.series_key
    + (COALESCE(e.end_s, 0) - COALESCE(e.end_s, 0) % 3600)
),
filled AS (
  SELECT
    t.*,
    CASE WHEN wall_s > 0 THEN
      CASE WHEN known_s >= wall_s THEN known_area / wall_s
        WHEN known_s <= 0 THEN location_ug_per_j
        ELSE (known_area + location_ug_per_j * (wall_s - known_s)) / wall_s END
      ELSE location_ug_per_j END AS ug_per_j
  FROM timed t
),
charged AS (
  SELECT
    t.*,
    CASE
      WHEN wall_s IS NULL OR known_s <= 0 OR ug_per_j <= 0 THEN location_up_sq
      WHEN known_s >= wall_s THEN hour_up_sq
      ELSE ln((known_area * hour_high_ratio
          + location_ug_per_j * (wall_s - known_s) * year_high_ratio) / (ug_per_j * wall_s))
        * ln((known_area * hour_high_ratio
          + location_ug_per_j * (wall_s - known_s) * year_high_ratio) / (ug_per_j * wall_s))
      END AS ug_up_sq,
    CASE
      WHEN wall_s IS NULL OR known_s <= 0 OR ug_per_j <= 0 THEN location_down_sq
      WHEN known_s >= wall_s THEN hour_down_sq
      ELSE ln((known_area * hour_low_ratio
          + location_ug_per_j * (wall_s - known_s) * year_low_ratio) / (ug_per_j * wall_s))
        * ln((known_area * hour_low_ratio
          + location_ug_per_j * (wall_s - known_s) * year_low_ratio) / (ug_per_j * wall_s))
      END AS ug_down_sq
  FROM filled t
)
