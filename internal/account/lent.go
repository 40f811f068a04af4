package account

// Lent is how another package may read the staff as records: a table, SQL over its alias {t} by field, and which rows.
type Lent struct {
	Table   string
	Alive   string
	Created string
	Columns map[string]string
}

// LentStaff lends name, mail and role of everybody on the staff, those who are suspended too: what they did stays theirs.
func LentStaff() Lent {
	return Lent{
		Table: "account", Alive: "{t}.kind = 'staff'", Created: "{t}.created_us",
		Columns: map[string]string{"name": "{t}.name", "mail": "{t}.email", "role": "{t}.role"},
	}
}
