"""The paths of the shop: its API and nothing else, and the name that its orders link to."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("api/payment/<int:pk>/", lambda _request, pk: HttpResponse(str(pk)), name="api-payment"),
    path("api/", include("oscarapi.urls")),
]
