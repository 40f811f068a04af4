package record

import (
	"fmt"
	"slices"
)

// fit leaves out of a view what the asker does not see, and says so in its notes. Names are told only to those who may
// define: to others, a field that is hidden from them and one that was removed are the same. It reports whether it left
// out anything.
func (v *View) fit(seen *Seen, names bool) bool {
	v.Notes = nil
	note := func(what, name string) {
		text := fmt.Sprintf("%s was left out: it names a field that does not exist.", what)
		if names {
			text = fmt.Sprintf("%s was left out: there is no field %q.", what, name)
		}
		if !slices.Contains(v.Notes, text) {
			v.Notes = append(v.Notes, text)
		}
	}
	had := len(v.Columns)
	v.Columns = slices.DeleteFunc(slices.Clone(v.Columns), func(key string) bool {
		gone := !seen.shows(key)
		if gone {
			note("A column", key)
		}
		return gone
	})
	if had > 0 && len(v.Columns) == 0 {
		v.Columns = nil
	}
	v.Sort = slices.DeleteFunc(slices.Clone(v.Sort), func(one Sort) bool {
		gone := !seen.sorts(one.Field)
		if gone {
			note("A sort", one.Field)
		}
		return gone
	})
	if v.By != "" && seen.Field(v.By) == nil {
		note(fmt.Sprintf("The %s", v.Kind), v.By)
		v.By, v.Kind = "", ListView
	}
	v.fitFilter(seen, names)
	return len(v.Notes) > 0
}

func (v *View) fitFilter(seen *Seen, names bool) {
	if v.Filter == "" {
		return
	}
	_, err := seen.compile(v.Filter)
	if err == nil {
		return
	}
	text := "The filter was left out: it names a field that does not exist."
	if names {
		text = "The filter was left out: " + messageOf(err)
	}
	v.Notes = append(v.Notes, text)
	v.Filter, v.Builder = "", nil
}

// sorts reports whether a list may be sorted by a name.
func (s *Seen) sorts(name string) bool {
	f := s.Field(name)
	return name == "id" || name == "created" || name == "updated" || f != nil && f.Stored() && len(s.full.orderColumns(f, "t")) > 0
}
