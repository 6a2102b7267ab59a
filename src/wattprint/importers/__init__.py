"""Other tools' records, and readings that people took, as records of ours."""
