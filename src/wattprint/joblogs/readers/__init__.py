"""One module per kind of log; `joblogs.detect` lists them and imports one when it is needed."""
