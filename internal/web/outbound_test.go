package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"fairground/internal/value"
)

func TestOnlyPublicAddresses(t *testing.T) {
	t.Parallel()
	for text, public := range map[string]bool{
		"9.9.9.9": true, "172.32.0.1": true, "172.15.255.255": true, "100.63.255.255": true, "100.128.0.1": true, "2606:4700::1111": true, "2a00::1": true,
		"127.0.0.1": false, "127.255.0.9": false, "0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "192.0.0.8": false, "198.18.0.1": false, "224.0.0.1": false, "240.0.0.1": false,
		"255.255.255.255": false, "192.0.2.1": false, "198.51.100.7": false, "203.0.113.7": false,
		"::1": false, "::": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:9.9.9.9": true, "::7f00:1": false, "fe80::1": false, "fe80::1%eth0": false,
		"fc00::1": false, "fd12:3456::1": false, "fec0::1": false, "ff02::1": false, "64:ff9b::7f00:1": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false,
		"2001:0:1::1": false, "2001:db8::1": false, "100::1": false, "fd00:ec2::254": false,
	} {
		if got := isPublic(netip.MustParseAddr(text)); got != public {
			t.Errorf("%s is public: %v", text, got)
		}
	}
	if isPublic(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	strict, loose := NewOutbound(false, nil, time.Minute), NewOutbound(true, nil, time.Minute)
	for _, good := range []string{"https://hooks.example.org/a?b=c", "https://hooks.example.org:8443/", "https://9.9.9.9/x", "https://[2606:4700::1111]/", "https://hooks.example.org."} {
		if err := strict.CheckURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "x", "/path", "https://", "http://hooks.example.org/", "ftp://hooks.example.org", "javascript:alert(1)", "file:///etc/passwd", "https:hooks.example.org",
		"https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://0177.0.0.1/", "https://017700000001/",
		"https://127.0.0.1./", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a00:1]/", "https://[fe80::1%25eth0]/", "https://169.254.169.254/latest",
		"https://10.1.2.3/", "https://0/", "https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://intranet/", "https://metadata/",
		"https://somebody:word@hooks.example.org/", "https://hooks.example.org/#part", "https://hooks.example.org:22/", "https://hooks.example.org:25/",
		"https://hooks.example.org:0/", "https://hooks.example.org:99999/", "https://hooks.example.org/\r\nX-Other: 1", "https://hooks.example.org/ x",
		`https://hooks.example.org\@127.0.0.1/`, "https://hooks.example.org%2f@127.0.0.1/", "https://" + strings.Repeat("a", 2000) + ".example.org/",
	} {
		var refused *value.Error
		if err := strict.CheckURL(bad); !errors.As(err, &refused) || refused.Kind != value.Invalid || refused.Field != "url" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for text, ok := range map[string]bool{"http://127.0.0.1:8080/": true, "http://localhost:9000/": true, "http://[::1]:80/": true, "http://10.0.0.1/": false, "https://169.254.169.254/": false} {
		if err := loose.CheckURL(text); (err == nil) != ok {
			t.Errorf("loose %s: %v", text, err)
		}
	}
}

// nameServer answers every question for an IPv4 address with the next of a list, and counts the questions.
func nameServer(t *testing.T, answers ...string) (*net.Resolver, *atomic.Int64) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var asked atomic.Int64
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil || len(m.Questions) == 0 {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				i := min(int(asked.Add(1))-1, len(answers)-1)
				for _, ip := range strings.Split(answers[i], " ") {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
						Body:   &dnsmessage.AResource{A: netip.MustParseAddr(ip).As4()},
					})
				}
			}
			packed, _ := m.Pack()
			_, _ = conn.WriteTo(packed, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, &asked
}

// A name that leads inside is not followed, whether it always did or only the second time it was asked (rebinding).
func TestNamesThatLeadInside(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(inside.Close)
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	for _, answers := range [][]string{{"127.0.0.1"}, {"10.0.0.1"}, {"169.254.169.254"}, {"127.0.0.1 127.0.0.2"}} {
		resolver, asked := nameServer(t, answers...)
		o := NewOutbound(false, resolver, time.Minute)
		_, err := o.client.Post("http://hooks.example.org"+port+"/", "application/json", strings.NewReader("{}"))
		if err == nil || !errors.Is(err, ErrNotPublic) {
			t.Errorf("%v: %v", answers, err)
		}
		if asked.Load() == 0 {
			t.Errorf("%v: the name was not looked up", answers)
		}
	}
	resolver, asked := nameServer(t, "192.0.1.1", "127.0.0.1")
	o := NewOutbound(false, resolver, time.Minute)
	if err := o.CheckURL("https://hooks.example.org/"); err != nil {
		t.Fatal(err)
	}
	if _, err := resolver.LookupHost(t.Context(), "hooks.example.org"); err != nil { // somebody looked before, and saw a public address
		t.Fatal(err)
	}
	if _, err := o.client.Post("http://hooks.example.org"+port+"/", "application/json", nil); err == nil || !errors.Is(err, ErrNotPublic) {
		t.Errorf("rebound: %v", err)
	}
	if asked.Load() != 2 || reached.Load() != 0 {
		t.Errorf("asked %d times, reached %d times", asked.Load(), reached.Load())
	}
}

func TestNoProxyAndNoRedirect(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	var reached atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(target.Close)
	first := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusTemporaryRedirect))
	t.Cleanup(first.Close)
	answer, err := NewOutbound(true, nil, time.Minute).client.Post(first.URL, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusTemporaryRedirect || reached.Load() != 0 {
		t.Errorf("%d, reached %d", answer.StatusCode, reached.Load())
	}
}

func TestControlRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	o := NewOutbound(true, nil, time.Minute)
	for _, c := range [][2]string{{"udp4", "127.0.0.1:53"}, {"unix", "/run/x"}, {"tcp", "name:80"}, {"tcp4", ""}} {
		if o.control(c[0], c[1], nil) == nil {
			t.Errorf("%v", c)
		}
	}
}
