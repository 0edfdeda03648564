package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"jingwei/grid"
	"jingwei/store"
)

type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make a token; its secret is printed once, on stdout."`
	List   tokenList   `cmd:"" help:"List all tokens, without their secrets."`
	Revoke tokenRevoke `cmd:"" help:"Make a token useless."`
}

type tokenCreate struct {
	Role   string `required:"" help:"admin, dispatcher, officer, leader, liaison, reporter or viewer."`
	Area   string `placeholder:"CODE" help:"Root of all it may see; default: everything."`
	Worker string `placeholder:"CODE" help:"Worker who bears it; the posts of that worker decide what it may do to a report."`
	Name   string `help:"Whose token it is; default: the worker, or else the role."`
}

func (c *tokenCreate) Run(ctx context.Context, s streams, d *database) error {
	access, err := grid.ParseAccess(c.Role)
	if err != nil {
		return usageError{err}
	}
	name := cmp.Or(c.Name, c.Worker, c.Role)
	if strings.ContainsFunc(name, unicode.IsControl) {
		return usageError{fmt.Errorf("a name is one line without tabs and other control characters, not %q", name)}
	}
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	area, err := areaOf(ctx, db, c.Area)
	if err != nil {
		return err
	}
	t, secret, err := db.CreateToken(ctx, name, access, area, c.Worker)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "token %d for %s; its secret is not kept:\n", t.ID, t.Name)
	fmt.Fprintln(s.out, secret)
	return nil
}

// areaOf returns the id of the area with that code; 0 for an empty code.
func areaOf(ctx context.Context, db *store.DB, code string) (grid.AreaID, error) {
	if code == "" {
		return 0, nil
	}
	id, err := db.AreaID(ctx, code)
	if err != nil {
		return 0, err
	}
	return id, nil
}

type tokenList struct{}

func (tokenList) Run(ctx context.Context, s streams, d *database) error {
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	tokens, err := db.Tokens(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "id\trole\tname\tarea\tworker\tcreated\trevoked")
	for _, t := range tokens {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Access, t.Name, rootName(t), cmp.Or(t.Worker, "-"), moment(t.Created), moment(t.Revoked))
	}
	return w.Flush()
}

// rootName is the root area as create takes it.
func rootName(t grid.Token) string {
	if t.Area == 0 {
		return "all"
	}
	return cmp.Or(t.Root, fmt.Sprintf("id %d", t.Area))
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}

type tokenRevoke struct {
	ID int64 `arg:"" help:"Number of the token, as list shows it."`
}

func (c *tokenRevoke) Run(ctx context.Context, s streams, d *database) error {
	db, done, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := db.RevokeToken(ctx, c.ID); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "token %d is revoked\n", c.ID)
	return nil
}
