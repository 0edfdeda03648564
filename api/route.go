package api

import (
	"maps"
	"net/http"
	"slices"
)

// route is an address with what can be done there.
type route struct {
	path    string // with mux variables
	methods map[string]endpoint
}

// endpoint is one thing that can be done.
type endpoint struct {
	need need
	long bool // may run longer than the deadline
	do   func(c *call) error
}

// routes is the table of all addresses. /api documents the same ones.
func (a *API) routes() []route {
	get := func(n need, do func(c *call) error) map[string]endpoint {
		return map[string]endpoint{http.MethodGet: {need: n, do: do}}
	}
	return []route{
		{"/v1/locate", map[string]endpoint{
			http.MethodGet:  {need: needLook, do: a.locate},
			http.MethodPost: {need: needLook, long: true, do: a.locateMany},
		}},
		{"/v1/route", get(needLook, a.explain)},
		{"/v1/reports", map[string]endpoint{
			http.MethodGet:  {need: needRead, do: a.listReports},
			http.MethodPost: {need: needFile, long: true, do: a.postReports},
		}},
		{"/v1/reports/{id}", map[string]endpoint{
			http.MethodGet: {need: needOwn, do: a.getReport},
			http.MethodPut: {need: needFile, do: a.putReport},
		}},
		{"/v1/reports/{id}/history", get(needOwn, a.getHistory)},
		{"/v1/reports/{id}/actions", map[string]endpoint{http.MethodPost: {need: needAct, do: a.postAction}}},
		{"/v1/areas", get(needRead, a.listAreas)},
		{"/v1/areas/{code}", get(needRead, a.getArea)},
		{"/v1/matters", get(needLook, a.listMatters)},
		{"/v1/calendar", get(needLook, a.getCalendar)},
		{"/v1/calendar/{date}", map[string]endpoint{
			http.MethodGet:    {need: needRead, do: a.getDay},
			http.MethodPut:    {need: needStaff, do: a.putDay},
			http.MethodDelete: {need: needStaff, do: a.deleteDay},
		}},
		{"/v1/calendar/{date}/history", get(needRead, a.getDayHistory)},
		{"/v1/limits", get(needLook, a.listLimits)},
		{"/v1/limits/{matter}/{urgency}/{stage}", map[string]endpoint{
			http.MethodGet:    {need: needRead, do: a.getLimit},
			http.MethodPut:    {need: needStaff, do: a.putLimit},
			http.MethodDelete: {need: needStaff, do: a.deleteLimit},
		}},
		{"/v1/limits/{matter}/{urgency}/{stage}/history", get(needRead, a.getLimitHistory)},
		{"/v1/workers", map[string]endpoint{
			http.MethodGet:  {need: needRead, do: a.listWorkers},
			http.MethodPost: {need: needStaff, do: a.postWorker},
		}},
		{"/v1/workers/{code}", map[string]endpoint{
			http.MethodGet:   {need: needRead, do: a.getWorker},
			http.MethodPatch: {need: needStaff, do: a.patchWorker},
		}},
		{"/v1/workers/{code}/history", get(needRead, a.getWorkerHistory)},
		{"/v1/posts", map[string]endpoint{
			http.MethodGet:  {need: needRead, do: a.listPosts},
			http.MethodPost: {need: needStaff, do: a.postPost},
		}},
		{"/v1/posts/{id}", map[string]endpoint{
			http.MethodGet:    {need: needRead, do: a.getPost},
			http.MethodPatch:  {need: needStaff, do: a.patchPost},
			http.MethodDelete: {need: needStaff, do: a.deletePost},
		}},
		{"/v1/posts/{id}/history", get(needRead, a.getPostHistory)},
		{"/v1/absences", map[string]endpoint{
			http.MethodGet:  {need: needRead, do: a.listAbsences},
			http.MethodPost: {need: needStaff, do: a.postAbsence},
		}},
		{"/v1/absences/{id}", map[string]endpoint{
			http.MethodGet:    {need: needRead, do: a.getAbsence},
			http.MethodPatch:  {need: needStaff, do: a.patchAbsence},
			http.MethodDelete: {need: needStaff, do: a.deleteAbsence},
		}},
		{"/v1/absences/{id}/history", get(needRead, a.getAbsenceHistory)},
		{"/v1/rules", map[string]endpoint{
			http.MethodGet:  {need: needRead, do: a.listRules},
			http.MethodPost: {need: needStaff, do: a.postRule},
		}},
		{"/v1/rules/{code}", map[string]endpoint{
			http.MethodGet:    {need: needRead, do: a.getRule},
			http.MethodPut:    {need: needStaff, do: a.putRule},
			http.MethodDelete: {need: needStaff, do: a.deleteRule},
		}},
		{"/v1/rules/{code}/history", get(needRead, a.getRuleHistory)},
		{"/v1/stats", get(needRead, a.stats)},
		{"/v1/density", get(needRead, a.density)},
		{"/v1/stream", map[string]endpoint{http.MethodGet: {need: needRead, long: true, do: a.stream}}},
		{"/v1/webhooks", map[string]endpoint{
			http.MethodGet:  {need: needStaff, do: a.listWebhooks},
			http.MethodPost: {need: needStaff, do: a.postWebhook},
		}},
		{"/v1/webhooks/{id}", map[string]endpoint{
			http.MethodGet:    {need: needStaff, do: a.getWebhook},
			http.MethodPatch:  {need: needStaff, do: a.patchWebhook},
			http.MethodDelete: {need: needStaff, do: a.deleteWebhook},
		}},
		{"/v1/webhooks/{id}/dead-letters", get(needStaff, a.listDeadLetters)},
		{"/v1/webhooks/{id}/dead-letters/resend", map[string]endpoint{http.MethodPost: {need: needStaff, do: a.resendDeadLetters}}},
		{"/v1/session", map[string]endpoint{
			http.MethodPost:   {need: needLook, do: a.openSession},
			http.MethodDelete: {need: needNothing, do: a.closeSession},
		}},
		{"/tiles/{layer}.json", get(needRead, a.tileJSON)},
		{"/tiles/{layer}/{z}/{x}/{y}.mvt", get(needRead, a.tile)},
		{"/styles/{name}.json", get(needRead, a.style)},
		{"/conformance", get(needNothing, a.conformance)},
		{"/collections", get(needRead, a.collections)},
		{"/collections/{layer}", get(needRead, a.collection)},
		{"/collections/{layer}/tiles", get(needRead, a.tilesets)},
		{"/collections/{layer}/tiles/" + matrixSetID, get(needRead, a.tileset)},
		{"/collections/{layer}/tiles/" + matrixSetID + "/{tileMatrix}/{tileRow}/{tileCol}", get(needRead, a.tilesetTile)},
		{"/tileMatrixSets", get(needNothing, a.matrixSets)},
		{"/tileMatrixSets/" + matrixSetID, get(needNothing, a.matrixSet)},
		{"/livez", get(needNothing, a.live)},
		{"/readyz", get(needNothing, a.ready)},
		{"/api", get(needNothing, a.document)},
		{"/console", get(needNothing, a.console)},
		{"/console/{file:.*}", get(needNothing, a.consoleFile)},
		{"/", get(needNothing, a.landing)},
	}
}

// nowhere stands for every address that is not in the table.
var nowhere = route{path: "nowhere"}

// endpoint returns what a method does here. HEAD is GET without the body.
func (rt route) endpoint(method string) (endpoint, error) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if e, ok := rt.methods[method]; ok {
		return e, nil
	}
	if rt.methods == nil {
		return endpoint{}, problem(http.StatusNotFound, "not-found", "", "there is nothing at this address; /api lists all")
	}
	return endpoint{}, notAllowed(method, rt.allowed())
}

func (rt route) allowed() []string {
	allowed := slices.Collect(maps.Keys(rt.methods))
	if _, ok := rt.methods[http.MethodGet]; ok {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	return allowed
}
