package record

// storedFormula reports whether a formula depends on nothing but its own record, so that its result is stored.
func (f *Field) storedFormula() bool { return false }
