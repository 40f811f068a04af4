package account

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Proven tells since when what is proven of somebody is proven, for those who deal with them. It has no address and no
// number (promise 8), and nothing of how somebody signs in: that would help whoever wants to take an account over.
type Proven struct {
	Joined time.Time
	Mail   time.Time // they used a link sent to their address; zero: never
	Phone  time.Time // they typed a code sent to their number; zero: never
}

// ProvenOf tells what is proven of an account, or an error of kind NotFound when there is none or it was erased.
func ProvenOf(tx *db.Tx, id value.ID) (p Proven, err error) {
	var joined_us int64
	var mail_us, phone_us *int64
	err = tx.Row("select created_us, verified_us, phone_us from account where id = $1 and erased_us is null", id).Scan(&joined_us, &mail_us, &phone_us)
	p.Joined, p.Mail, p.Phone = value.FromMicros(joined_us), db.TimeOf(mail_us), db.TimeOf(phone_us)
	return p, err
}
