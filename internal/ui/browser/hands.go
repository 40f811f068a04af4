package browser

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keys that have no letter, for Press.
const (
	Enter      = kb.Enter
	Escape     = kb.Escape
	ArrowRight = kb.ArrowRight
)

// Press presses keys one after the other, wherever the focus is.
func (b *Tab) Press(keys string) {
	b.t.Helper()
	b.do("press "+keys, chromedp.KeyEvent(keys))
}

// Focus moves the focus to the first thing a selector finds.
func (b *Tab) Focus(selector string) {
	b.t.Helper()
	b.do("focus "+selector, chromedp.Focus(selector))
}

// Click clicks on the first thing a selector finds.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(selector))
}

// Type types a text into the field that a selector finds.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	b.do("type into "+selector, chromedp.SendKeys(selector, text))
}

func (b *Tab) do(what string, action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 10*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, action); err != nil {
		b.t.Fatalf("%s at %s: %v", what, b.where(), err)
	}
}

// Until waits until an expression is true, also while pages come and go and with scripts off; it fails the test when
// that takes too long.
func (b *Tab) Until(condition string) {
	b.t.Helper()
	var answer bool
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		answer, err = chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err == nil && answer {
			return
		}
	}
	b.t.Fatalf("%s never held at %s: %v", condition, b.where(), err)
}

// At waits until the page of a path is there, loaded to its end.
func (b *Tab) At(path string) {
	b.t.Helper()
	b.Until(`location.pathname === "` + path + `" && document.readyState === "complete"`)
}

func (b *Tab) where() string {
	at, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		return "a page that is not there"
	}
	return strings.TrimPrefix(at, b.Address)
}

// Print shows the page as paper would.
func (b *Tab) Print() {
	b.t.Helper()
	b.do("print", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return chromedp.Void{}, err
	})
}

// listen keeps what the browser complains about: exceptions, errors of scripts, what the policy blocked. That a page
// answered with a status is no complaint.
func (b *Tab) listen() error {
	return chromedp.Listen(b.ctx, func(event any) {
		complaint := ""
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			complaint = event.ExceptionDetails.Text
			if thrown := event.ExceptionDetails.Exception; thrown != nil {
				complaint += " " + thrown.Description
			}
		case *log.EventEntryAdded:
			if event.Entry.Level == log.EntryLevelError && !strings.Contains(event.Entry.Text, "responded with a status") {
				complaint = event.Entry.Text
			}
		}
		if complaint != "" {
			b.mu.Lock()
			b.complaints = append(b.complaints, complaint)
			b.mu.Unlock()
		}
	})
}

// Quiet fails the test with everything the browser complained about so far.
func (b *Tab) Quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.complaints {
		b.t.Errorf("the browser complains: %s", complaint)
	}
	b.complaints = nil
}
