"""The formulas: pure functions of plain floats, one page of docs/formulas/ each."""
