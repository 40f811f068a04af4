package inbound

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Many servers send at once, the desk fails now and then, and in the middle of it the Receiver stops: what was
// acknowledged is there, and nothing came that was not sent.
func TestAcknowledgedMailIsNeverLost(t *testing.T) {
	t.Parallel()
	d := alive("c-1@reply.example")
	var calls int
	var count sync.Mutex
	half := make(chan struct{})
	d.before = func() {
		count.Lock()
		calls++
		n := calls
		count.Unlock()
		if n == 150 {
			close(half)
		}
		if n%7 == 0 {
			panic("a fault of the desk")
		}
	}
	r, stop := start(t, d, false, nil)
	var acknowledged sync.Map
	var clients sync.WaitGroup
	for n := range 12 {
		clients.Go(func() {
			for mail := range 40 {
				id := fmt.Sprintf("%d-%d@mail.example", n, mail)
				if sendOne(r, id) == nil {
					acknowledged.Store(id, true)
				}
			}
		})
	}
	<-half
	stop()
	clients.Wait()
	came := make(map[string]bool)
	for _, in := range d.taken() {
		came[in.MessageID] = true
	}
	total := 0
	acknowledged.Range(func(id, _ any) bool {
		total++
		if !came[id.(string)] {
			t.Errorf("%s was acknowledged and is lost", id)
		}
		return true
	})
	if total < 50 {
		t.Errorf("only %d were acknowledged", total)
	}
}

func sendOne(r *Receiver, id string) error {
	client, err := smtp.Dial(r.Addr().String())
	if err != nil {
		return err
	}
	defer client.Close()
	client.CommandTimeout, client.SubmissionTimeout = 10*time.Second, 10*time.Second
	if err := client.Mail("a@b.example", nil); err != nil {
		return err
	}
	if err := client.Rcpt("c-1@reply.example", nil); err != nil {
		return err
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "From: a@b.example\r\nMessage-ID: <%s>\r\n\r\ntext\r\n", id); err != nil {
		return err
	}
	return w.Close()
}
