package reach

// Counter counts views in memory.
type Counter struct{}
