package browser

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// Pushes lets the site show notifications, as a person does who is asked, and returns a function that delivers a message
// to its service worker as a push service would. Service workers need a name, so Address becomes that of localhost.
func (b *Tab) Pushes() (deliver func(text string)) {
	b.t.Helper()
	b.Address = strings.Replace(b.Address, "127.0.0.1", "localhost", 1)
	err := chromedp.Listen(b.ctx, func(event any) {
		if updated, ok := event.(*serviceworker.EventWorkerRegistrationUpdated); ok {
			b.mu.Lock()
			defer b.mu.Unlock()
			for _, r := range updated.Registrations {
				b.worker = r.RegistrationID
			}
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.do("allow notifications", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, target, serviceworker.Enable, cdp.Empty{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, target, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: browser.PermissionSettingGranted, Origin: b.Address,
		})
		return chromedp.Void{}, err
	})
	return b.deliver
}

func (b *Tab) deliver(text string) {
	b.t.Helper()
	worker := b.registered()
	b.do("deliver a push message", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
			Origin: b.Address, RegistrationID: worker, Data: text,
		})
		return chromedp.Void{}, err
	})
}

// registered waits until the browser has told which worker the site has.
func (b *Tab) registered() serviceworker.RegistrationID {
	b.t.Helper()
	for range 200 {
		b.mu.Lock()
		worker := b.worker
		b.mu.Unlock()
		if worker != "" {
			return worker
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatal("the site has no service worker")
	return ""
}
