package notice

import (
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// MisuseOf tells whether whoever reports from a mail address was warned or is limited, for the page on which a member sees
// what is held about them. Without anything of the kind it is the zero Reporter and no error. What they reported is not in it.
func MisuseOf(tx *db.Tx, s *site.Site, email value.Email) (Reporter, error) {
	r, err := findNotifier(tx, notifierKey(s, email, ""))
	if value.KindOf(err) == value.NotFound {
		return Reporter{}, nil
	}
	return r, err
}
