package inbound

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/value"
)

// desk is what stands behind a Receiver in tests.
type desk struct {
	mu     sync.Mutex
	known  map[value.Email]error // what Handle says for a known address
	got    []Incoming
	to     []value.Email
	before func() // called in Handle
}

func (d *desk) accepts(_ context.Context, to value.Email) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.known[to]; !ok {
		return value.Errorf(value.NotFound, "no such alias")
	}
	return nil
}

func (d *desk) handle(_ context.Context, to value.Email, in Incoming) error {
	if d.before != nil {
		d.before()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.known[to]; err != nil {
		return err
	}
	d.got, d.to = append(d.got, in), append(d.to, to)
	return nil
}

func (d *desk) taken() []Incoming {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Incoming(nil), d.got...)
}

// start runs a Receiver; stop ends it as a program would. foreign lets clients count as strangers from one network.
func start(t testing.TB, d *desk, foreign bool, change func(*Config)) (r *Receiver, stop func()) {
	t.Helper()
	c := Config{Listen: "127.0.0.1:0", Name: "mx.market.example", Accepts: d.accepts, Handle: d.handle, Resolver: names{}}
	if change != nil {
		change(&c)
	}
	r, err := NewReceiver(c)
	if err != nil {
		t.Fatal(err)
	}
	if foreign {
		r.networks.prefixOf = func(net.Addr) (netip.Addr, netip.Prefix, bool) {
			return netip.MustParseAddr("192.0.2.7"), netip.MustParsePrefix("192.0.2.0/24"), false
		}
	}
	if err := r.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Serve(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("Serve: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return r, stop
}

// names is a domain name system that knows what a test says.
type names map[string][]string

func (n names) LookupTXT(_ context.Context, name string) ([]string, error) {
	if found, ok := n[strings.TrimSuffix(name, ".")]; ok {
		return found, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}
func (n names) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}
func (n names) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}
func (n names) LookupAddr(_ context.Context, name string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// talk is a conversation by hand.
type talk struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

func dial(t testing.TB, r *Receiver) *talk {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &talk{t, conn, bufio.NewReader(conn)}
}

// say sends a line and returns the answer's last line; without words it only listens.
func (c *talk) say(words ...string) string {
	for _, one := range words {
		fmt.Fprintf(c.conn, "%s\r\n", one)
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return "broken: " + err.Error()
		}
		if len(line) < 4 || line[3] == ' ' {
			return strings.TrimSpace(line)
		}
	}
}

func (c *talk) want(prefix string, words ...string) string {
	c.t.Helper()
	answer := c.say(words...)
	if !strings.HasPrefix(answer, prefix) {
		c.t.Fatalf("%q was answered %q, want %s", words, answer, prefix)
	}
	return answer
}

func (c *talk) secure() {
	c.t.Helper()
	c.want("220", "STARTTLS")
	secured := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true})
	if err := secured.Handshake(); err != nil {
		c.t.Fatal(err)
	}
	c.conn, c.in = secured, bufio.NewReader(secured)
}

func alive(addresses ...value.Email) *desk {
	d := &desk{known: make(map[value.Email]error)}
	for _, a := range addresses {
		d.known[a] = nil
	}
	return d
}
