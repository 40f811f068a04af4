package record

// twin is the field that f is turning into while its values are converted in the background; nil otherwise. It has f's
// key and other columns. Whoever writes f in that time writes the twin too, with what turned makes of the value.
func (f *Field) twin() *Field { return f.into }

// turned is a value of f as its twin holds it. It is nil when the value cannot be turned.
func (f *Field) turned(v any) any {
	if v == nil || f.into == nil {
		return nil
	}
	made, err := f.into.Parse(f.Show(v))
	if err != nil {
		return nil
	}
	return made
}
