"""The studio's addresses."""

from django.urls import path, re_path

from modelless_web.studio.views import (
    account,
    action,
    boards,
    compare,
    create,
    drafts,
    facets,
    generation,
    history,
    marks,
    models,
    pictures,
    trash,
)

UUID = r"(?P<pk>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

urlpatterns = [
    path("", create.create, name="create"),
    path("generations/", create.submit, name="submit"),
    path("generations/<uuid:pk>/", generation.generation, name="generation"),
    path("generations/<uuid:pk>/card/", generation.card, name="card"),
    path("generations/<uuid:pk>/code/", generation.code, name="code"),
    path("generations/<uuid:pk>/stop/", generation.stop, name="stop"),
    path("generations/<uuid:pk>/again/", generation.again, name="again"),
    path("generations/<uuid:pk>/trash/", generation.trash, name="trash"),
    path("generations/<uuid:pk>/restore/", generation.restore, name="restore"),
    re_path(rf"^generations/{UUID}/raw/(?P<side>sent|received)$", generation.raw, name="raw"),
    re_path(rf"^pictures/{UUID}/(?P<variant>original|320|640)$", pictures.picture, name="picture"),
    path("compare/", compare.compare, name="compare"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/save/", drafts.save, name="save-draft"),
    path("drafts/<uuid:pk>/name/", drafts.name, name="name-draft"),
    path("drafts/<uuid:pk>/duplicate/", drafts.duplicate, name="duplicate-draft"),
    path("drafts/<uuid:pk>/trash/", drafts.trash, name="trash-draft"),
    path("drafts/<uuid:pk>/restore/", drafts.restore, name="restore-draft"),
    path("generations/<uuid:pk>/mark/", marks.mark, name="mark"),
    path("history/", history.history, name="history"),
    path("history/facets/", facets.facets, name="facets"),
    path("history/complete/", history.completions, name="complete"),
    path("history/act/", action.act, name="act"),
    path("history/trash/", trash.trash, name="trash-list"),
    path("history/trash/keep/", trash.keep, name="keep"),
    path("actions/<uuid:pk>/", action.progress, name="action"),
    path("actions/<uuid:pk>/undo/", action.undo, name="undo"),
    path("boards/", boards.boards, name="boards"),
    path("boards/<int:pk>/", boards.change, name="change-board"),
    path("boards/<int:pk>/delete/", boards.delete, name="delete-board"),
    path("models/", models.models, name="models"),
    path("models/refresh/", models.refresh, name="refresh-models"),
    path("account/login/", account.SignIn.as_view(), name="login"),
    path("account/logout/", account.SignOut.as_view(), name="logout"),
    path("account/owner/<str:token>/", account.owner, name="owner"),
]
