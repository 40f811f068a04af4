package inbound

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"fairground/internal/value"
)

// door is the listener. It counts who is inside and turns away what is too much with one line, before a goroutine or a
// buffer is spent on it.
type door struct {
	net.Listener
	receiver *Receiver
}

// Accept waits for the next connection that may stay.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if guest, ok := d.receiver.networks.enter(conn); ok {
			return guest, nil
		}
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = fmt.Fprintf(conn, "421 4.7.0 %s has too many connections, please come back later\r\n", d.receiver.config.Name)
		_ = conn.Close()
	}
}

// guest is one connection.
type guest struct {
	net.Conn
	networks *networks
	from     *network
	address  netip.Addr
	busy     atomic.Bool // a mail's text is under way; then it is not sent home
	// dismissed is set for a guest that tried too many wrong addresses; its connection ends.
	dismissed atomic.Bool
	once      sync.Once
}

// Close leaves, once.
func (g *guest) Close() error {
	g.once.Do(func() { g.networks.leave(g) })
	return g.Conn.Close()
}

// SetReadDeadline is called by the server before each command; when the Receiver stops, there is no next command.
func (g *guest) SetReadDeadline(at time.Time) error {
	if g.dismissed.Load() || g.networks.stopping.Load() && !g.busy.Load() {
		at = time.Unix(1, 0)
	}
	return g.Conn.SetReadDeadline(at)
}

// SetDeadline is what TLS passes on.
func (g *guest) SetDeadline(at time.Time) error {
	if err := g.Conn.SetWriteDeadline(at); err != nil {
		return err
	}
	return g.SetReadDeadline(at)
}

// network is the memory of one network's doings.
type network struct {
	trusted   bool // the machine itself
	open      int
	mails     *rate.Limiter
	strangers *rate.Limiter
	seen      time.Time
}

// networks knows who is inside and who was lately. Safe for several goroutines.
type networks struct {
	config   Config
	stopping atomic.Bool

	mu     sync.Mutex
	known  map[netip.Prefix]*network
	guests map[*guest]bool
	// prefixOf is replaced by tests, in which everybody comes from the machine itself.
	prefixOf func(net.Addr) (netip.Addr, netip.Prefix, bool)
}

const mostNetworks = 20_000 // remembered; a few MB

func newNetworks(c Config) *networks {
	return &networks{config: c, known: make(map[netip.Prefix]*network), guests: make(map[*guest]bool), prefixOf: prefixOf}
}

// prefixOf is the address, its network, and whether it is the machine's own.
func prefixOf(from net.Addr) (netip.Addr, netip.Prefix, bool) {
	parsed, err := netip.ParseAddrPort(from.String())
	if err != nil {
		return netip.Addr{}, netip.Prefix{}, false
	}
	address, bits := parsed.Addr().Unmap().WithZone(""), 48
	if address.Is4() {
		bits = 24
	}
	prefix, _ := address.Prefix(bits)
	return address, prefix, address.IsLoopback()
}

func (n *networks) enter(conn net.Conn) (*guest, bool) {
	address, prefix, own := n.prefixOf(conn.RemoteAddr())
	now := n.config.Clock.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.guests) >= n.config.Connections || n.stopping.Load() {
		return nil, false
	}
	from := n.known[prefix]
	if from == nil {
		n.forget(now)
		perMinute, perHour := float64(n.config.Mails_per_minute), float64(n.config.Strangers_per_hour)
		from = &network{trusted: own, mails: rate.NewLimiter(rate.Limit(perMinute/60), n.config.Mails_per_minute),
			strangers: rate.NewLimiter(rate.Limit(perHour/3600), n.config.Strangers_per_hour)}
		n.known[prefix] = from
	}
	if from.open >= n.config.PerNetwork && !from.trusted {
		return nil, false
	}
	from.open++
	from.seen = now
	g := &guest{Conn: conn, networks: n, from: from, address: address}
	n.guests[g] = true
	return g, true
}

func (n *networks) leave(g *guest) {
	n.mu.Lock()
	defer n.mu.Unlock()
	g.from.open--
	delete(n.guests, g)
}

// forget makes room: first for networks that were not here for an hour, and when that is not enough, any that is not
// here now.
func (n *networks) forget(now time.Time) {
	for _, patience := range []time.Duration{time.Hour, 0} {
		if len(n.known) < mostNetworks {
			return
		}
		for prefix, from := range n.known {
			if from.open == 0 && now.Sub(from.seen) >= patience {
				delete(n.known, prefix)
			}
		}
	}
}

// mayMail spends one mail of the network's allowance. A network that tried too many wrong addresses may not either.
func (g *guest) mayMail(clock value.Clock) bool {
	now := clock.Now()
	return g.from.trusted || g.from.strangers.TokensAt(now) >= 1 && g.from.mails.AllowN(now, 1)
}

// stranger notes a recipient that does not exist.
func (g *guest) stranger(clock value.Clock) {
	if !g.from.trusted {
		g.from.strangers.AllowN(clock.Now(), 1)
	}
}

// sendIdleHome ends the connections that carry no mail now; the others end after theirs.
func (n *networks) sendIdleHome() {
	n.stopping.Store(true)
	n.mu.Lock()
	defer n.mu.Unlock()
	for g := range n.guests {
		if !g.busy.Load() {
			_ = g.Conn.SetReadDeadline(time.Unix(1, 0))
		}
	}
}

// closeAll breaks what is left. Their mails were not acknowledged, so they come again.
func (n *networks) closeAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for g := range n.guests {
		_ = g.Conn.Close()
	}
}
