package member

import (
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/push"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Device is a browser in which a member asked to be told.
type Device struct {
	ID      value.ID
	Account value.ID
	Name    string // such as "Firefox, Linux"; empty when it said nothing known
	Mark    string // names the subscription without giving it away
	Since   time.Time
	Reached time.Time // when its push service last took a message; zero: not yet

	to      push.Subscription
	session string // the session that it ends with; empty in tests
	refused int64
}

const (
	deviceID      = "dev" // kind of a device's outside id
	mostDevices   = 10    // of one account
	mostRefusals  = 5     // in a row, after which a device is forgotten
	deviceObject  = "member_push"
	deviceAction  = "member.add_device"
	deviceOver    = "member.end_device"
	deviceRefresh = "member: a device was told"
)

// addDevice remembers a browser that its owner agreed to be told in, and returns it. The endpoint belongs to whoever
// presses the button in that browser: another account that asked there before is not told there any more. With the first
// device of an account, push is switched on for what somebody waits for (service kinds), unless they decided before.
func (d *Desk) addDevice(tx *db.Tx, session account.Session, to push.Subscription) error {
	known, err := findDevice(tx, to.Endpoint)
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	if err == nil && !sameKeys(known.to, to) { // the browser itself would have kept them: this is somebody else
		return &value.Error{Kind: value.Conflict, Key: "member.device.taken", Message: "this device is told already; end it first"}
	}
	mine, err := listDevices(tx, session.Account)
	if err != nil {
		return err
	}
	if known.Account != session.Account && len(mine) >= mostDevices {
		return &value.Error{Kind: value.Conflict, Key: "member.device.many", Message: "you are told on ten devices; end one first"}
	}
	added := Device{ID: known.ID, Account: session.Account, Mark: to.Mark(), Since: tx.Now(), to: to, session: session.Key()}
	if added.ID == 0 {
		added.ID = tx.NewID()
	}
	if added.Name, err = nameOf(tx, session); err != nil {
		return err
	}
	tx.Log(db.Change{Object: deviceObject, Record: session.Account, Diff: map[string]any{"device": added.ID.Text(deviceID), "name": added.Name}})
	if err := saveDevice(tx, added); err != nil || len(mine) > 0 {
		return err
	}
	return d.switchOn(tx, session.Account)
}

func sameKeys(a, b push.Subscription) bool {
	return string(a.Key) == string(b.Key) && string(a.Auth) == string(b.Auth)
}

// nameOf is what the device is called among the sessions of its owner.
func nameOf(tx *db.Tx, session account.Session) (string, error) {
	signedIn, err := account.FindDevice(tx, session.Account, session.Key())
	if value.KindOf(err) == value.NotFound {
		return "", nil
	}
	return signedIn.Name, err
}

// switchOn has the first device of an account told of what its owner waits for, where they decided nothing yet.
func (d *Desk) switchOn(tx *db.Tx, of value.ID) error {
	for _, kind := range d.config.Kinds {
		if !kind.Service || kind.Duty {
			continue
		}
		decided, err := findPreferences(tx, of, kind.Name)
		if err != nil {
			return err
		}
		if decidedOn(decided, Push) {
			continue
		}
		if err := d.Prefer(tx, of, kind.Name, Push, true); err != nil {
			return err
		}
	}
	return nil
}

func decidedOn(all []preference, c Channel) bool {
	for _, p := range all {
		if p.channel == c {
			return true
		}
	}
	return false
}

// endDevice forgets a device of an account. One that is gone already, or somebody else's, is NotFound.
func endDevice(tx *db.Tx, of, id value.ID) error {
	found, err := ownDevice(tx, of, id)
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: deviceObject, Record: of, Diff: map[string]any{"ended": id.Text(deviceID), "name": found.Name}})
	return deleteDevice(tx, id)
}

func ownDevice(tx *db.Tx, of, id value.ID) (Device, error) {
	found, err := deviceByID(tx, id)
	if err == nil && found.Account != of {
		err = value.Errorf(value.NotFound, "there is no such device")
	}
	return found, err
}

// lives reports whether the session in which a device was added goes on.
func (dev Device) lives(tx *db.Tx) (bool, error) {
	if dev.session == "" {
		return true, nil
	}
	_, err := account.FindDevice(tx, dev.Account, dev.session)
	if value.KindOf(err) == value.NotFound {
		return false, nil
	}
	return err == nil, err
}

// pushKeys is the key pair of a site, or why it has none.
type pushKeys struct {
	push.Keys
	err error
}

// keysOf derives the pair of a site once, as long as it is open.
func keysOf(s *site.Site) (push.Keys, error) {
	found := site.Part(s, func(s *site.Site) pushKeys {
		keys, err := push.KeysFrom(s.Key("push"))
		return pushKeys{keys, err}
	})
	return found.Keys, found.err
}
