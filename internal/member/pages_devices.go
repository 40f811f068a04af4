package member

import (
	"context"
	"net/http"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/push"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// devicesView is the part of the page of preferences about devices.
type devicesView struct {
	Key  string // the site's public key, for browsers; empty: nothing is pushed here
	List []Device
}

const preferencesPath = "/account/preferences"

// shown is the name of a device for its owner.
func (dev Device) shown(ctx context.Context) string {
	if dev.Name == "" {
		return text.T(ctx, "member.device.nameless")
	}
	return dev.Name
}

// deviceRoutes registers what concerns devices.
func (d *Desk) deviceRoutes(m *web.Router, changes web.Guard) {
	m.Mount("GET /sw.js", account.Public, ui.Worker(), web.Bare())
	m.Handle("GET /offline", account.Public, d.showOffline)
	if d.config.Push == nil {
		return
	}
	small := web.BodyLimit(16 << 10)
	m.Handle("POST /account/devices", changes, d.takeDevice, small)
	m.Handle("POST /account/devices/{device}/end", changes, d.leaveDevice, small)
	m.Handle("POST /account/devices/{device}/test", changes, d.testDevice, small)
}

func (v *visit) devices(tx *db.Tx) (devicesView, error) {
	if v.config.Push == nil {
		return devicesView{}, nil
	}
	keys, err := keysOf(v.site)
	if err != nil {
		return devicesView{}, err
	}
	all, err := listDevices(tx, v.session.Account)
	view := devicesView{Key: keys.Public()}
	for _, dev := range all {
		lives, err := dev.lives(tx)
		if err != nil {
			return devicesView{}, err
		}
		if lives { // one whose session ended is forgotten when it is to be told next
			view.List = append(view.List, dev)
		}
	}
	return view, err
}

// takeDevice remembers the browser that sends the form, which its script filled in after the person agreed there.
func (d *Desk) takeDevice(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	to, err := push.ParseSubscription(form.Raw("endpoint"), form.Raw("p256dh"), form.Raw("auth"))
	if err == nil {
		err = d.config.Push.Check(to)
	}
	if err != nil {
		return deviceFault(err)
	}
	err = v.write(deviceAction, func(tx *db.Tx) error { return d.addDevice(tx, v.session, to) })
	if err != nil {
		return err
	}
	return v.done(preferencesPath, "member.device.added")
}

// deviceFault says in the person's words that what their browser handed over will not do.
func deviceFault(err error) error {
	return (&value.Error{Kind: value.Invalid, Key: "member.device.unfit", Message: "this browser handed over nothing that messages can be sent to"}).Because(err)
}

func (d *Desk) leaveDevice(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	id, err := value.ParseID(deviceID, r.PathValue("device"))
	if err != nil {
		return err
	}
	if err := v.write(deviceOver, func(tx *db.Tx) error { return endDevice(tx, v.session.Account, id) }); err != nil {
		return err
	}
	return v.done(preferencesPath, "member.device.ended")
}

// testDevice has a device show something, so that its owner sees whether it works.
func (d *Desk) testDevice(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	id, err := value.ParseID(deviceID, r.PathValue("device"))
	if err != nil {
		return err
	}
	err = v.site.DB.Maintain(v.ctx, "member: a device is tried", func(tx *db.Tx) error {
		if _, err := ownDevice(tx, v.session.Account, id); err != nil {
			return err
		}
		return enqueuePush(tx, pushOrder{Device: id}, tx.Now())
	})
	if err != nil {
		return err
	}
	return v.done(preferencesPath, "member.device.tested")
}

// showOffline is what the service worker keeps for when there is no connection: it says nothing of anybody.
func (d *Desk) showOffline(w http.ResponseWriter, r *http.Request) error {
	return d.visit(w, r).show(http.StatusOK, "member.offline.title", offlinePage())
}
