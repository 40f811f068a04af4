package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"fairground/internal/account"
	"fairground/internal/app"
	"fairground/internal/site"
	"fairground/internal/value"
)

// version is set by the Makefile.
var version = "unreleased"

// commands is the command line. Flags win over FAIRGROUND_… variables, and these over defaults.
type commands struct {
	Data     string   `help:"Directory of databases, keys and files." default:"data" env:"FAIRGROUND_DATA" placeholder:"DIR"`
	Postgres string   `help:"Address of a PostgreSQL server, postgres://…; without it SQLite files are used." env:"FAIRGROUND_POSTGRES" placeholder:"URL"`
	SMTP     string   `help:"Mail server, smtp://account:password@host:587; without it mail is kept and shown in the console." env:"FAIRGROUND_SMTP" placeholder:"URL"`
	MailIn   string   `name:"mail-in" help:"Where to take answers to masked addresses in by SMTP, such as :25; without it conversations go on the site only." env:"FAIRGROUND_MAIL_IN" placeholder:"HOST:PORT"`
	MailName string   `name:"mail-name" help:"Full name of this machine for other mail servers, such as mail.example.org." env:"FAIRGROUND_MAIL_NAME" placeholder:"HOST"`
	OpenID   string   `name:"open-id" help:"JSON file that names other houses whose sign-in is accepted; see docs/operations.md." env:"FAIRGROUND_OPEN_ID" placeholder:"FILE"`
	S3       string   `name:"s3" help:"Where photos are kept, s3://key:secret@host/bucket?region=…; without it they are files." env:"FAIRGROUND_S3" placeholder:"URL"`
	Proxies  []string `help:"Networks whose X-Forwarded-For is believed." env:"FAIRGROUND_PROXIES" placeholder:"CIDR"`
	HTTPS    bool     `name:"https" help:"Visitors come by HTTPS through a proxy." env:"FAIRGROUND_HTTPS"`
	APIRate  int      `name:"api-rate" help:"Requests a second that one token of the API may make." default:"100" env:"FAIRGROUND_API_RATE"`
	IndexMB  int64    `name:"index-mb" help:"Most memory that the search index of one site may take, in megabytes; a site that needs more is searched in its database." default:"1024" env:"FAIRGROUND_INDEX_MB"`
	Unsafe   bool     `help:"Do not wait for the disk. Only for data that may be lost." env:"FAIRGROUND_UNSAFE"`
	LogLevel string   `help:"Least level of what is logged: debug, info, warn or error. Requests are logged at info." enum:"debug,info,warn,error" default:"info" env:"FAIRGROUND_LOG_LEVEL"`
	LogJSON  bool     `name:"log-json" help:"Write the log as JSON." env:"FAIRGROUND_LOG_JSON"`

	Serve   serveCommand   `cmd:"" help:"Serve the marketplaces."`
	Demo    demoCommand    `cmd:"" help:"Make the demonstration marketplace, if there is none."`
	Import  importCommand  `cmd:"" help:"Import listings from a file."`
	Export  exportCommand  `cmd:"" help:"Export listings to a file."`
	Site    siteCommand    `cmd:"" help:"Create, list, suspend and drop sites."`
	Account accountCommand `cmd:"" help:"Invite staff and set passwords."`
	Schema  schemaCommand  `cmd:"" help:"Objects and fields of a site, as a file."`
	Backup  backupCommand  `cmd:"" help:"Write a site into one file while it is served."`
	Restore restoreCommand `cmd:"" help:"Make a site from a backup."`
	Check   checkCommand   `cmd:"" help:"Check that a site keeps its promises."`
	Bench   benchCommand   `cmd:"" help:"Measure this machine."`
	Audit   auditCommand   `cmd:"" help:"Verify, export and prove the change log."`
	Duties  dutiesCommand  `cmd:"" help:"List what the law asks of the sites, and what is overdue."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// environment is what every command gets.
type environment struct {
	ctx    context.Context
	out    io.Writer
	err    io.Writer
	config app.Config
}

// run carries out one command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c commands
	done := false
	parser, err := kong.New(&c, kong.Name("fairground"), kong.UsageOnError(), kong.Writers(stdout, stderr),
		kong.Description("A classifieds marketplace that its operator can answer for."),
		kong.Exit(func(int) { done = true }))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if done {
		return nil // help was asked for, and written
	}
	if err != nil {
		return err
	}
	config, err := c.config()
	if err != nil {
		return err
	}
	slog.SetDefault(slog.New(c.logHandler(stderr)))
	return parsed.Run(&environment{ctx: ctx, out: stdout, err: stderr, config: config})
}

var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

func (c *commands) logHandler(w io.Writer) slog.Handler {
	options := &slog.HandlerOptions{Level: levels[c.LogLevel]}
	if c.LogJSON {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

func (c *commands) config() (app.Config, error) {
	config := app.Config{
		Directory: c.Data, PostgresURL: c.Postgres, SMTP: c.SMTP, MailIn: c.MailIn, MailName: c.MailName, HTTPS: c.HTTPS, APIRate: c.APIRate,
		IndexBytes: c.IndexMB << 20,
		Unsafe:     c.Unsafe, Port: portOf(c.Serve.Address, c.HTTPS || c.Serve.Certificate != ""),
	}
	for _, text := range c.Proxies {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return config, value.Fieldf("proxies", "%q is not a network such as 10.0.0.0/8", text)
		}
		config.Proxies = append(config.Proxies, network)
	}
	var err error
	if config.S3, err = parseS3(c.S3); err != nil {
		return config, err
	}
	config.OpenID, err = readOpenID(c.OpenID)
	return config, err
}

// readOpenID reads which other houses may vouch for somebody: a JSON list of objects with name, label, issuer,
// client_id, client_secret, for (staff or member) and domains.
func readOpenID(path string) ([]account.OpenID, error) {
	if path == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, value.Fieldf("open-id", "the file cannot be read: %v", err)
	}
	var houses []struct {
		Name, Label, Issuer string
		ClientID            string          `json:"client_id"`
		ClientSecret        string          `json:"client_secret"`
		For                 value.ActorKind `json:"for"`
		Domains             []string
	}
	if err := json.Unmarshal(raw, &houses); err != nil {
		return nil, value.Fieldf("open-id", "the file is no JSON list of houses: %v", err)
	}
	var all []account.OpenID
	for _, h := range houses {
		if h.Name == "" || h.Issuer == "" || h.ClientID == "" || h.For != value.Staff && h.For != value.Member {
			return nil, value.Fieldf("open-id", "every house needs name, issuer, client_id, and for: staff or member")
		}
		if h.For == value.Staff && len(h.Domains) == 0 {
			return nil, value.Fieldf("open-id", "%s signs staff in, so it must name the domains of their mail addresses", h.Name)
		}
		all = append(all, account.OpenID{
			Name: h.Name, Label: h.Label, Issuer: h.Issuer, ClientID: h.ClientID, ClientSecret: h.ClientSecret, For: h.For, Domains: h.Domains,
		})
	}
	return all, nil
}

// portOf is the port of an address as links write it; empty for those that browsers leave out, and behind a proxy that
// speaks HTTPS.
func portOf(address string, https bool) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil || https || port == "80" || port == "443" {
		return ""
	}
	return ":" + port
}

// withApp opens the installation for the length of a command.
func (e *environment) withApp(fn func(*app.App) error) error {
	a, err := app.Open(e.ctx, e.config)
	if err != nil {
		return err
	}
	defer a.Close()
	return fn(a)
}

// withSite opens the installation and one site. An empty slug means the only site there is.
func (e *environment) withSite(slug string, fn func(ctx context.Context, a *app.App, r *app.Rooms) error) error {
	return e.withApp(func(a *app.App) error {
		slug, err := onlySite(e.ctx, a, slug)
		if err != nil {
			return err
		}
		return e.useSite(a, slug, func(ctx context.Context, r *app.Rooms) error { return fn(ctx, a, r) })
	})
}

// useSite opens one site of an open installation.
func (e *environment) useSite(a *app.App, slug string, fn func(ctx context.Context, r *app.Rooms) error) error {
	return a.Registry.Use(e.ctx, slug, func(ctx context.Context, s *site.Site) error { return fn(ctx, a.Rooms(s)) })
}

func onlySite(ctx context.Context, a *app.App, slug string) (string, error) {
	if slug != "" {
		return slug, nil
	}
	sites, err := a.Registry.List(ctx)
	if err != nil {
		return "", err
	}
	if len(sites) != 1 {
		return "", value.Fieldf("site", "there are %d sites; name one with --site", len(sites))
	}
	return sites[0].Slug, nil
}

func (e *environment) printf(format string, args ...any) { fmt.Fprintf(e.out, format, args...) }

// explain is an error as the command line shows it: one line for each thing that is wrong.
func explain(err error) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, one := range joined.Unwrap() {
			lines = append(lines, explain(one))
		}
		return strings.Join(lines, "\n  ")
	}
	var known *value.Error
	if errors.As(err, &known) && known.Kind != value.Internal {
		return known.Error()
	}
	return err.Error()
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(e *environment) error {
	e.printf("fairground %s\n", version)
	return nil
}
