-- Every job at the mean intensity of its own time: two look-ups in a running sum over the hours.
-- Sums are whole numbers of 2^-24 ug/J x s (accounting/hours.py), 5.96e-8: differences lose nothing.
timed AS (
  SELECT
    e.*,
    COALESCE(end_s - start_s, 0) AS wall_s,
    (b.so_far - a.so_far) * 5.9604644775390625e-8
      + (b.rate * (end_s % 3600) - a.rate * (start_s % 3600)) AS area
  FROM energy e
  JOIN hours a ON a.hour_key = e.series_key
    + (COALESCE(e.start_s, 0) - COALESCE(e.start_s, 0) % 3600)
  JOIN hours b ON b.hour_key = e.series_key
    + (COALESCE(e.end_s, 0) - COALESCE(e.end_s, 0) % 3600)
),
charged AS (
  SELECT
    t.*,
    CASE WHEN wall_s > 0 AND location_ug_per_j >= 0 THEN area / wall_s
      ELSE location_ug_per_j END AS ug_per_j,
    CASE WHEN wall_s > 0 THEN hour_up_sq ELSE location_up_sq END AS ug_up_sq,
    CASE WHEN wall_s > 0 THEN hour_down_sq ELSE location_down_sq END AS ug_down_sq
  FROM timed t
)
