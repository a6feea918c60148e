"""The command line: what is asked for goes to the workers, what comes back is shown and written."""
