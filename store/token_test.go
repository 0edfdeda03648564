package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"jingwei/grid"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestTokens(t *testing.T) {
	db := seeded(t, 2)
	ctx := t.Context()
	db.Now = func() time.Time { return noon }
	a, secretA, err := db.CreateToken(ctx, "root", grid.AccessAdmin, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	b, secretB, err := db.CreateToken(ctx, "leader", grid.AccessLeader, 2, "")
	if err != nil {
		t.Fatal(err)
	}
	if a.Root != "" || b.Root != cellCode(0, 0) {
		t.Errorf("roots %q and %q", a.Root, b.Root)
	}
	if secretA == secretB || len(secretA) < 40 {
		t.Errorf("secrets %q and %q", secretA, secretB)
	}
	if n := query[int](t, db, `SELECT count(*) FROM token WHERE token::text LIKE '%' || $1 || '%'`, secretA); n != 0 {
		t.Error("the secret is kept")
	}
	got, err := db.Caller(ctx, secretB)
	if err != nil || got != (grid.Caller{Token: b.ID, Name: "leader", Access: grid.AccessLeader, Area: 2}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for range 2 {
		if err := db.RevokeToken(ctx, a.ID); err != nil {
			t.Error(err)
		}
	}
	for _, secret := range []string{secretA, secretB + "x", ""} {
		if _, err := db.Caller(ctx, secret); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("secret %q: %v", secret, err)
		}
	}
	if err := db.RevokeToken(ctx, 99); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	list, err := db.Tokens(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a.Revoked = noon
	if d := gocmp.Diff([]grid.Token{a, b}, list); d != "" {
		t.Error(d)
	}
	publish(t, db, 1, slices.DeleteFunc(city(2, 1), func(a grid.CodedArea) bool { return a.Code == b.Root }))
	b.Root = "" // which is no area any more
	if list, err = db.Tokens(ctx); err != nil || list[1] != b {
		t.Errorf("got %+v, %v, want %+v", list, err, b)
	}
	_, _, err = db.CreateToken(ctx, "", grid.AccessViewer, 999, "")
	breaks(t, err, "token_area_exists")
	_, _, err = db.CreateToken(ctx, "", "king", 0, "")
	breaks(t, err, "token_role_known")
}
