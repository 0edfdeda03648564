// Command jingwei is the geospatial engine under a city's grid governance: the
// service, its database and everything that goes in and out, in one program.
//
// Data goes to stdout, messages to stderr. The exit status is 0 when done, 1 when
// failed and 2 for wrong use.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	importer "jingwei/import"

	"github.com/alecthomas/kong"
	"github.com/google/uuid"
)

// Exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commandLine is every command with its flags.
type commandLine struct {
	database

	Demo    demoCommand    `cmd:"" help:"A generated city in a private database, live simulated reports and the console."`
	Serve   serveCommand   `cmd:"" help:"The service."`
	Migrate migrateCommand `cmd:"" help:"Bring the schema up to date."`
	Import  importCommand  `cmd:"" help:"Read, check and take in boundaries, people, the catalogue or reports."`
	Export  exportCommand  `cmd:"" help:"Write what is in the database into files."`
	Locate  locateCommand  `cmd:"" help:"The cell of every row of CSV: lon,lat[,accuracy] on stdin, the same rows with code,method,distance_m on stdout."`
	Check   checkCommand   `cmd:"" help:"Prove the laws on what is in the database."`
	Synth   synthCommand   `cmd:"" help:"The generated city as files."`
	Token   tokenCommand   `cmd:"" help:"Keys to the service: create, list, revoke."`
}

func main() {
	uuid.EnableRandPool() // an id is no secret, and need not ask the system for each
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	status := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(status)
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run runs one command line and returns the exit status.
func run(ctx context.Context, args []string, s streams) (status int) {
	var c commandLine
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("jingwei"),
		kong.Description("Jingwei 经纬: the geospatial engine under a city's grid governance."),
		kong.Vars{"repairWidth": fmt.Sprint(importer.DefaultRepairWidth)},
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { exit = code }), // --help
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s, &c.database),
	)
	if err != nil {
		fmt.Fprintln(s.err, "jingwei:", err)
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(s.err, "jingwei: %v\nTry: jingwei --help\n", err)
		return exitUsage
	}
	return statusOf(parsed.Run(), s)
}

// usageError is wrong use found after the flags were parsed.
type usageError struct{ error }

// statusOf tells the error, if any, and returns the exit status.
func statusOf(err error, s streams) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(s.err, "jingwei: interrupted")
		return exitFailed
	}
	fmt.Fprintln(s.err, "jingwei:", err)
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitFailed
}
