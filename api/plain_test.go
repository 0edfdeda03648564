package api

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is read as plain is what decode reads; what decode refuses is not plain.
func FuzzPlainReport(f *testing.F) {
	for _, seed := range []string{
		`{"position":[120.805,32.005],"accuracy":15,"matter":"010101","text":"路灯不亮"}`,
		` { "id" : "01976a7c-0000-7000-8000-000000000001" , "lon" : -0.5 , "lat" : 32 , "datum" : "gcj02" , "urgency" : "urgent" , "at" : "2026-03-02T09:00:00Z" , "reporter" : "李" } ` + "\r\n",
		`{"position":[1e2,2]}`, `{"position":[01,2]}`, `{"position":[1.,2]}`, `{"position":[-,2]}`, `{"position":[1,2,3]}`, `{"position":[1]}`, `{"position":null}`,
		`{"lon":1,"lon":2}`, `{"Lon":1}`, `{"lon":1,}`, `{"lon":1}}`, `{"lon":1} x`, `{,"lon":1}`, `{}`, `{`, `[]`, ``, `{"lon" 1}`, `{"lon":"1"}`,
		`{"text":"a\nb"}`, "{\"text\":\"a\nb\"}", "{\"text\":\"\x80\"}", "{\"\x80\":1}", `{"text":"a`, `{"text":1}`, `{"else":1}`, `{"text":"","text":""}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, plain := plainReport(body)
		if !plain {
			return
		}
		var want reportIn
		if err := decode(body, &want); err != nil {
			t.Fatalf("%q is read as plain, but: %v", body, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", body, diff)
		}
	})
}

func TestMostReportsArePlain(t *testing.T) {
	for _, body := range []string{
		`{"position":[120.805000,32.005],"accuracy":15,"matter":"010101","text":"路灯不亮"}` + "\n",
		`{"id":"01976a7c-0000-7000-8000-000000000001","lon":-0.5,"lat":32,"datum":"gcj02","urgency":"urgent","at":"2026-03-02T09:00:00Z","reporter":""}`,
	} {
		if _, plain := plainReport([]byte(body)); !plain {
			t.Errorf("%s is not plain", body)
		}
	}
}
