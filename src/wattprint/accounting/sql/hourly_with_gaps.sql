-- Every job at the mean intensity of its own time, where hours are missing or have bounds of their
-- own: the running sums of both bounds are looked up too.
timed AS (
  SELECT
    e.*,
    COALESCE(end_s - start_s, 0) AS wall_s,
    (b.so_far - a.so_far) * 5.9604644775390625e-8
      + (b.rate * (end_s % 3600) - a.rate * (start_s % 3600)) AS area,
    (b.low_so_far - a.low_so_far) * 5.9604644775390625e-8
      + (b.low_rate * (end_s % 3600) - a.low_rate * (start_s % 3600)) AS low_area,
    (b.high_so_far - a.high_so_far) * 5.9604644775390625e-8
      + (b.high_rate * (end_s % 3600) - a.high_rate * (start_s % 3600)) AS high_area
  FROM energy e
  JOIN hours a ON a.hour_key = e.series_key
    + (COALESCE(e.start_s, 0) - COALESCE(e.start_s, 0) % 3600)
  JOIN hours b ON b.hour_key = e.series_key
    + (COALESCE(e.end_s, 0) - COALESCE(e.end_s, 0) % 3600)
),
ratios AS (
  SELECT
    t.*,
    ln((high_area + 1e-300) / (area + 1e-300)) AS hour_up,
    ln((area + 1e-300) / (low_area + 1e-300)) AS hour_down
  FROM timed t
),
charged AS (
  SELECT
    r.*,
    CASE WHEN wall_s > 0 AND location_ug_per_j >= 0 THEN area / wall_s
      ELSE location_ug_per_j END AS ug_per_j,
    CASE WHEN wall_s > 0 THEN hour_up * hour_up ELSE location_up_sq END AS ug_up_sq,
    CASE WHEN wall_s > 0 THEN hour_down * hour_down ELSE location_down_sq END AS ug_down_sq
  FROM ratios r
)
